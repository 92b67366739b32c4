// Buttons that copy the text of another part of the page; hidden until this runs.

export function copyOnClick () {
  if (!navigator.clipboard) return
  for (const button of document.querySelectorAll('[data-copies]')) {
    button.hidden = false
    button.addEventListener('click', async () => {
      const text = document.getElementById(button.dataset.copies).textContent
      await navigator.clipboard.writeText(text)
      button.textContent = button.dataset.copied
    })
  }
}
