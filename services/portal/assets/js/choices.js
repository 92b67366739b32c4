// A list that depends on another (commune on district): when the first changes, the part of the
// form marked data-fragment="<name>" is fetched anew; without scripts the search button does it.

export function refreshOnChange () {
  document.addEventListener('change', async (event) => {
    const name = event.target.dataset?.refreshes
    if (!name) return
    const form = event.target.form
    const query = new URLSearchParams(new FormData(form))
    query.delete('csrf_token')
    const answer = await fetch(`${window.location.pathname}?${query}`, { credentials: 'same-origin' })
    if (!answer.ok) return
    const page = new DOMParser().parseFromString(await answer.text(), 'text/html')
    const fresh = page.querySelector(`[data-fragment="${name}"]`)
    const stale = document.querySelector(`[data-fragment="${name}"]`)
    if (fresh && stale) stale.replaceWith(fresh)
  })
}
