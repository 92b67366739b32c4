// Follows the link that the page is about by itself, after the seconds that it names.

export function followMarked () {
  const link = document.querySelector('a[data-follows]')
  if (!link) return
  const seconds = Number(link.dataset.follows || 1)
  setTimeout(() => window.location.replace(link.href), seconds * 1000)
}
