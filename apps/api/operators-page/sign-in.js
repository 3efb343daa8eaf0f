// Which batch or job was asked for stands behind the #, which a form leaves out and a redirect keeps.
const form = document.querySelector('form')
form.action = `${form.action}${location.hash}`
