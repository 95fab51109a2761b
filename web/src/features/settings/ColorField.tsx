import { Button } from '@mantine/core';
import { useId } from 'react';

const firstColor = '#1971c2';

/** A colour, or none. The browser's own picker: it works with the keyboard and needs no inline style. */
export function ColorField({
  value,
  onChange,
}: {
  value: string | null;
  onChange: (color: string | null) => void;
}) {
  const id = useId();
  return (
    <div>
      <label className="field-label" htmlFor={id}>
        Color
      </label>
      {value === null ? (
        <div>
          <Button id={id} size="xs" variant="default" onClick={() => onChange(firstColor)}>
            None, choose one
          </Button>
        </div>
      ) : (
        <div className="row">
          <input
            id={id}
            type="color"
            className="swatch"
            value={value}
            onChange={(e) => onChange(e.currentTarget.value)}
          />
          <span className="mono">{value}</span>
          <Button size="xs" variant="subtle" onClick={() => onChange(null)}>
            No color
          </Button>
        </div>
      )}
    </div>
  );
}
