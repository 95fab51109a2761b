import { count } from '../../lib/format';

/** How much of what was ordered is committed: a bar and the two numbers. */
export function Committed({ quantity, uncommitted }: { quantity: number; uncommitted: number }) {
  const matched = quantity - uncommitted;
  const text = `${count(matched)} of ${count(quantity)} committed`;
  return (
    <div className="bar-cell">
      <span className="num-text">
        {count(matched)} / {count(quantity)}
      </span>
      <progress
        className={`fill${uncommitted === 0 && quantity > 0 ? ' done' : ''}`}
        value={matched}
        max={Math.max(quantity, 1)}
        aria-label={text}
      />
    </div>
  );
}
