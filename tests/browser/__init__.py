"""Tests that work in a real JupyterLab, as a person does. A package, so that its fixtures end with its last test."""
