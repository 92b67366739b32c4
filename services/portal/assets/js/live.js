// Keeps [data-live] as fresh as the address it names: asks with the last ETag every few seconds,
// replaces the content only when there is news, and slows down while the page is not looked at.

const INTERVAL = 4000
const HIDDEN_INTERVAL = 30000

export function followLive () {
  const region = document.querySelector('[data-live]')
  if (!region) return
  const state = document.querySelector('[data-live-state]')
  let etag = region.dataset.etag

  const show = (name) => {
    if (!state || state.dataset.state === name) return
    state.hidden = false
    state.dataset.state = name
    const says = { live: state.dataset.saysLive, lost: state.dataset.saysLost, ended: state.dataset.saysEnded }
    state.querySelector('[data-live-words]').textContent = says[name]
  }

  const look = async () => {
    try {
      const answer = await fetch(region.dataset.live, {
        credentials: 'same-origin',
        headers: { 'If-None-Match': etag, Accept: 'text/html' }
      })
      if (answer.status === 401 || answer.status === 404) return show('ended')
      if (answer.status === 200 && !region.contains(document.activeElement)) {
        etag = answer.headers.get('ETag')
        region.innerHTML = await answer.text()
      }
      show(answer.ok || answer.status === 304 ? 'live' : 'lost')
    } catch {
      show('lost')
    }
    setTimeout(look, document.hidden ? HIDDEN_INTERVAL : INTERVAL)
  }

  show('live')
  setTimeout(look, INTERVAL)
}
