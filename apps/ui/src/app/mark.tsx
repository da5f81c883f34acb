/** The product's mark: a boat with its big sail out. */
export function Mark() {
  return (
    <svg viewBox="0 0 24 24" width="20" height="20" aria-hidden="true">
      <path d="M11 2c6 3.5 9 9 9 15.5-3.2-1.3-6.2-1.6-9-1z" fill="var(--run)" />
      <path d="M9 6c-3.4 2.7-5.3 6-5.7 10 1.9-.7 3.8-1 5.7-.9z" fill="var(--accent)" />
      <path d="M3 19h18c-1.2 1.9-2.7 3-4.5 3h-9C5.7 22 4.2 20.9 3 19z" fill="var(--text-muted)" />
    </svg>
  );
}
