// Buttons that print; they are hidden in the page until this runs.

export function printOnClick () {
  for (const button of document.querySelectorAll('[data-prints]')) {
    button.hidden = false
    button.addEventListener('click', () => window.print())
  }
}
