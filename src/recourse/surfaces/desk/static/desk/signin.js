// Shows, beside the button, that the passkey did not answer. Nothing else: the ceremony is allauth's.
document.addEventListener("allauth.error", (event) => {
  event.preventDefault();
  const note = document.getElementById("passkey-failed");
  if (note) note.hidden = false;
});
