// Filters that nobody uses fold away on a small screen, so that the results come first.

export function foldOnSmallScreens () {
  if (window.matchMedia('(min-width: 48.0625em)').matches) return
  for (const part of document.querySelectorAll('[data-folds]:not([data-in-use])')) part.open = false
}
