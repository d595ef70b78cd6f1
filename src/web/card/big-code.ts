/** Shows the code over the whole screen when it is tapped, and keeps the screen lit as long as it is shown. */
export function enlargeOnTap(): void {
  const opener = document.getElementById("qr");
  const closer = document.getElementById("qr-close");
  const dialog = document.querySelector<HTMLDialogElement>("#qr-large");
  if (opener === null || closer === null || dialog === null) return;
  let lock: WakeLockSentinel | null = null;
  opener.setAttribute("aria-haspopup", "dialog");
  opener.addEventListener("click", (event) => {
    event.preventDefault();
    dialog.showModal();
    void keepLit().then((sentinel) => {
      lock = sentinel;
      // Closed again before the lock came.
      if (!dialog.open) void lock?.release();
    });
  });
  // A tap anywhere closes it, as does Escape: with a phone in the hand the button is far away.
  dialog.addEventListener("click", (event) => {
    event.preventDefault();
    dialog.close();
  });
  closer.addEventListener("keydown", ({ key }) => {
    if (key === " ") dialog.close();
  });
  dialog.addEventListener("close", () => void lock?.release());
}

/** Null where the browser does not do that, or will not now, as with a low battery. */
async function keepLit(): Promise<WakeLockSentinel | null> {
  try {
    return await navigator.wakeLock.request("screen");
  } catch {
    return null;
  }
}
