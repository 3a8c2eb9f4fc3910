// Pixels of the pictures: decoded one at a time, when they are asked for.

/**
 * The file of one picture, as it lies among the arrays that Python sent; empty where there is none.
 * @param {ImageArrays} data
 * @param {number} picture
 */
export const packedImage = ({ images, image_at }, picture) => images.subarray(image_at[picture], image_at[picture + 1]);

/**
 * A way to ask for a picture: null while it is being decoded (`again` is called once it is there), or where there is none.
 * @param {(picture: number) => Uint8Array<ArrayBuffer> | null} fileOf null while it is on its way
 * @param {() => void} again
 * @returns {(picture: number) => ImageBitmap | null}
 */
export function pictureLoader(fileOf, again) {
  /** @type {ImageBitmap | null} */
  let image = null;
  let imageOf = -1;
  return (picture) => {
    if (picture === imageOf) return image;
    const file = fileOf(picture);
    [image, imageOf] = [null, file ? picture : -1];
    if (!file?.length) return null;
    createImageBitmap(new Blob([file])).then((bitmap) => {
      if (imageOf !== picture) return bitmap.close();
      image = bitmap;
      again();
    }, () => {}); // a picture that cannot be read: what was found in it is shown without
    return null;
  };
}
