// Search, the menu of narrow screens. The index is fetched when it is first needed; nothing leaves the browser.
const root = document.documentElement.dataset.root
const input = document.querySelector('.search input')
const list = document.querySelector('.search ol')
let loading

function load() {
  loading ??= new Promise((resolve, reject) => {
    const script = document.createElement('script')
    script.src = `${root}assets/search-index.js`
    script.onload = () => resolve(window.searchIndex.map(row => [...row, row.map(text => text.toLowerCase())]))
    script.onerror = reject
    document.head.append(script)
  })
  return loading
}

function find(rows, words) {
  const scored = rows.flatMap(([page, heading, address, text, [lowPage, lowHeading, , lowText]]) => {
    let score = 0
    for (const word of words) {
      const points =
        (lowHeading.includes(word) ? 8 : 0) +
        (lowPage.includes(word) ? 4 : 0) +
        (lowText.includes(word) ? 1 : 0) +
        (lowHeading === word || (heading === '' && lowPage === word) ? 20 : 0)
      if (points === 0) return []
      score += points
    }
    return [{ page, heading, address, text, lowText, score }]
  })
  return scored.sort((a, b) => b.score - a.score).slice(0, 12)
}

/** The words around the first hit. */
function excerpt({ text, lowText }, words) {
  const at = Math.max(0, ...words.map(word => lowText.indexOf(word)))
  const start = at < 40 ? 0 : text.indexOf(' ', at - 40) + 1
  return (start > 0 ? '… ' : '') + text.slice(start, start + 110)
}

async function show() {
  const words = input.value.toLowerCase().split(/\s+/).filter(Boolean)
  if (words.length === 0) {
    list.hidden = true
    return
  }
  const hits = find(await load(), words)
  list.replaceChildren(
    ...hits.map(hit => {
      const item = document.createElement('li')
      const link = document.createElement('a')
      const title = document.createElement('strong')
      const text = document.createElement('span')
      link.href = root + hit.address
      title.textContent = hit.heading === '' ? hit.page : `${hit.page} › ${hit.heading}`
      text.textContent = excerpt(hit, words)
      link.append(title, text)
      item.append(link)
      return item
    }),
  )
  if (hits.length === 0) {
    const item = document.createElement('li')
    item.className = 'none'
    item.textContent = 'Nothing found'
    list.append(item)
  }
  list.hidden = false
}

function move(step) {
  const links = [...list.querySelectorAll('a')]
  const next = links.indexOf(document.activeElement) + step
  if (next < 0) input.focus()
  else links[Math.min(next, links.length - 1)]?.focus()
}

input.addEventListener('input', show)
input.addEventListener('focus', show)
document.addEventListener('keydown', event => {
  const inSearch = event.target.closest?.('.search')
  if (event.key === '/' && !inSearch) {
    event.preventDefault()
    input.focus()
  } else if (inSearch && event.key === 'Escape') {
    list.hidden = true
    input.blur()
  } else if (inSearch && (event.key === 'ArrowDown' || event.key === 'ArrowUp')) {
    event.preventDefault()
    move(event.key === 'ArrowDown' ? 1 : -1)
  } else if (event.key === 'Enter' && event.target === input) {
    list.querySelector('a')?.click()
  }
})
document.addEventListener('click', event => {
  if (!event.target.closest('.search')) list.hidden = true
})

const menu = document.querySelector('.menu')
menu.addEventListener('click', () => {
  const isOpen = document.body.classList.toggle('menu-open')
  menu.setAttribute('aria-expanded', String(isOpen))
})
document.querySelector('nav [aria-current]')?.scrollIntoView({ block: 'nearest' })
