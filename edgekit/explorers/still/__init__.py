"""The still picture of an explorer, which stands beside the widget: drawn with Pillow from what the browser is sent."""
