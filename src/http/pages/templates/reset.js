// The secret stands behind the # of the address.
const form = document.querySelector("form");
const secret = location.hash.slice(1);
if (form && secret) {
  form.elements.token.value = secret;
  history.replaceState(null, "", location.pathname);
}
