/** A time left in words that fit a column: `2h13m`, `41m`, `30s`, `expired`. `seconds` may be negative. */
export function formatTimeLeft(seconds: number): string {
  if (seconds <= 0) return 'expired'
  if (seconds < 60) return `${Math.floor(seconds)}s`
  const minutes = Math.floor(seconds / 60)
  if (minutes < 60) return `${minutes}m`
  const hours = Math.floor(minutes / 60)
  if (hours < 72) return minutes % 60 === 0 ? `${hours}h` : `${hours}h${minutes % 60}m`
  return `${Math.floor(hours / 24)}d`
}
