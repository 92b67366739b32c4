// The communes of a province: fetched when the province changes; without scripts a button does it.

export function fillCommunes () {
  document.addEventListener('change', async (event) => {
    const { communesFor, source } = event.target.dataset ?? {}
    if (!communesFor) return
    const list = document.getElementById(communesFor)
    const first = list.options[0]
    list.disabled = true
    try {
      const query = new URLSearchParams({ province: event.target.value })
      const answer = await fetch(`${source}?${query}`, { credentials: 'same-origin' })
      const { items } = answer.ok ? await answer.json() : { items: [] }
      list.replaceChildren(first, ...items.map(({ code, name }) => new Option(name, code)))
      list.value = ''
    } finally {
      list.disabled = false
    }
  })
}
