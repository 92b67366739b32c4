// A session that is not used ends. A minute before, the page says so and counts down; one click
// keeps it. Real use of the page (typing, scrolling) counts as use and is told to the server.

const WARNING = 60
const TELL_EVERY = 4 * 60 * 1000

export function warnWhenIdle () {
  const box = document.querySelector('[data-session]')
  if (!box) return
  const idle = Number(box.dataset.idle)
  const seconds = box.querySelector('[data-seconds]')
  const heard = box.querySelector('[data-heard]')
  let used = Date.now()
  let told = Date.now()
  let focused = null

  const hide = () => {
    if (box.hidden) return
    box.hidden = true
    focused?.focus()
  }

  const keep = async () => {
    const answer = await fetch(box.dataset.keep, {
      method: 'POST',
      credentials: 'same-origin',
      headers: { 'X-CSRFToken': box.dataset.token }
    }).catch(() => null)
    if (answer?.ok) {
      used = told = Date.now()
      hide()
    } else if (answer) {
      window.location.assign(box.dataset.ended)
    }
  }

  const use = () => {
    if (!box.hidden) return
    used = Date.now()
    if (used - told > TELL_EVERY) {
      told = used
      keep()
    }
  }

  for (const kind of ['keydown', 'pointerdown', 'scroll']) {
    document.addEventListener(kind, use, { passive: true })
  }
  box.querySelector('form').addEventListener('submit', (event) => {
    event.preventDefault()
    keep()
  })

  setInterval(() => {
    const left = Math.ceil(idle - (Date.now() - Math.min(used, told)) / 1000)
    if (left <= 0) return window.location.assign(box.dataset.ended)
    if (left > WARNING) return
    if (box.hidden) {
      focused = document.activeElement
      box.hidden = false
      box.querySelector('button').focus()
      heard.textContent = box.querySelector('[data-words]').textContent
    }
    seconds.textContent = String(left)
  }, 1000)
}
