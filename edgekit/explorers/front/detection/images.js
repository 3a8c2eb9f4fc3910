// Pixels of the pictures: decoded one at a time, when they are asked for.

/**
 * A way to ask for a picture: null while it is being decoded (`again` is called once it is there), or where there is none.
 * @param {DetectionArrays} data
 * @param {() => void} again
 * @returns {(picture: number) => ImageBitmap | null}
 */
export function pictureLoader({ images, image_at }, again) {
  /** @type {ImageBitmap | null} */
  let image = null;
  let imageOf = -1;
  return (picture) => {
    if (picture === imageOf) return image;
    [image, imageOf] = [null, picture];
    const from = image_at[picture], to = image_at[picture + 1];
    if (to <= from) return null;
    createImageBitmap(new Blob([images.slice(from, to)])).then((bitmap) => {
      if (imageOf !== picture) return bitmap.close();
      image = bitmap;
      again();
    }, () => {}); // a picture that cannot be read: objects are shown without
    return null;
  };
}
