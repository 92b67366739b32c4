// Moving the slider shows the dossier of that moment in place. Where that fails for any reason
// the browser goes to the page of the moment, as it does without scripts.

const REST = 150 // milliseconds without a move

export function slideThroughTime () {
  const form = document.querySelector('form[data-slides]')
  if (!form) return
  const slider = form.querySelector('input[type=range]')
  const region = document.querySelector('[data-moment]')
  const heard = document.querySelector('[data-moment-heard]')
  form.querySelector('button').hidden = true
  let asked = 0
  let timer

  const said = () => region.querySelector('[data-moment-words]').textContent.replace(/\s+/g, ' ').trim()
  slider.setAttribute('aria-valuetext', said())

  const show = async () => {
    const mine = ++asked
    const query = new URLSearchParams({ [slider.name]: slider.value })
    const page = `${form.action}?${query}`
    try {
      const answer = await fetch(`${form.dataset.slides}?${query}`, { credentials: 'same-origin' })
      if (!answer.ok || answer.redirected) throw new Error(answer.statusText)
      const text = await answer.text()
      if (mine !== asked) return
      region.innerHTML = text
      window.history.replaceState(null, '', page)
      heard.textContent = said()
      slider.setAttribute('aria-valuetext', said())
      for (const event of document.querySelectorAll('[data-event]')) {
        const chosen = event.dataset.event === slider.value
        event.toggleAttribute('data-chosen', chosen)
        event.querySelector('details').open = chosen
      }
    } catch {
      if (mine === asked) window.location.assign(page)
    }
  }

  slider.addEventListener('input', () => {
    clearTimeout(timer)
    timer = setTimeout(show, REST)
  })
}
