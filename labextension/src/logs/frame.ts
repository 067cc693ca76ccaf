/** What draws waits for this; nothing is drawn in a page that can't be seen. */
export const nextFrame = (draw: () => void): void => {
  if (document.hidden) {
    setTimeout(draw, 250);
  } else {
    requestAnimationFrame(draw);
  }
};
