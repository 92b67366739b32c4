// Everything here makes a page that already works more comfortable; nothing depends on it.

import { Button, CharacterCount, ErrorSummary, NotificationBanner, PasswordInput, SkipLink, createAll } from 'govuk-frontend'

import { fillCommunes } from './choices.js'
import { copyOnClick } from './copy.js'
import { foldOnSmallScreens } from './fold.js'
import { followMarked } from './follow.js'
import { followLive } from './live.js'
import { printOnClick } from './print.js'
import { warnWhenIdle } from './session.js'
import { slideThroughTime } from './slider.js'

document.body.classList.add('js-enabled', 'govuk-frontend-supported')

for (const component of [Button, CharacterCount, ErrorSummary, NotificationBanner, SkipLink]) createAll(component)

const words = document.body.dataset
createAll(PasswordInput, {
  i18n: {
    showPassword: words.showPassword,
    hidePassword: words.hidePassword,
    showPasswordAriaLabel: words.showPassword,
    hidePasswordAriaLabel: words.hidePassword,
    passwordShownAnnouncement: words.passwordShown,
    passwordHiddenAnnouncement: words.passwordHidden
  }
})

warnWhenIdle()
followLive()
followMarked()
fillCommunes()
foldOnSmallScreens()
printOnClick()
copyOnClick()
slideThroughTime()
