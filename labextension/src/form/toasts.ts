/** How often to look whether a toast is there (ms). */
const PAUSE = 100;
/** How long JupyterLab may take to show one, the code for them included; where they are off none ever comes (ms). */
const LONGEST = 5000;

/**
 * Change or end a notification once its toast is on the page. JupyterLab ignores what becomes of a toast that it is
 * still about to show: it would go on turning for something that is over.
 *
 * @param toast - Id of the notification: its toast is the element of that id.
 * @param change - Called once, sooner or later.
 */
export function onceShown(toast: string, change: () => void): void {
  const deadline = Date.now() + LONGEST;
  const look = () => {
    if (document.getElementById(toast) || Date.now() >= deadline) {
      change();
    } else {
      setTimeout(look, PAUSE);
    }
  };
  look();
}
