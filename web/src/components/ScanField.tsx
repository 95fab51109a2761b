import { TextInput } from '@mantine/core';
import { ScanLine } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';

/**
 * The field a scanner types into. It keeps the focus: when the focus goes nowhere (a click on the page, a finished
 * dialog) it comes back, and it is never disabled, so that a scan during a slow answer is not lost.
 */
export function ScanField({
  label,
  description,
  onScan,
  active = true,
}: {
  label: string;
  description?: string;
  onScan: (text: string) => void;
  active?: boolean;
}) {
  const input = useRef<HTMLInputElement>(null);
  const [text, setText] = useState('');
  useEffect(() => {
    if (!active) return;
    input.current?.focus();
    // Whoever leaves with Tab means it, also to the browser's own fields.
    let byTab = false;
    const onKey = (e: KeyboardEvent) => {
      byTab = e.key === 'Tab';
    };
    const onPointer = () => {
      byTab = false;
      back();
    };
    // A button that was pressed to work with keeps its focus; only nowhere counts as lost.
    const back = () =>
      requestAnimationFrame(() => {
        const at = document.activeElement;
        if (!byTab && (!at || at === document.body || at.id === 'main')) input.current?.focus();
      });
    document.addEventListener('focusout', back);
    document.addEventListener('pointerup', onPointer);
    document.addEventListener('keydown', onKey, true);
    return () => {
      document.removeEventListener('focusout', back);
      document.removeEventListener('pointerup', onPointer);
      document.removeEventListener('keydown', onKey, true);
    };
  }, [active]);
  return (
    <TextInput
      ref={input}
      label={label}
      description={description}
      classNames={{ input: 'scan' }}
      leftSection={<ScanLine aria-hidden="true" />}
      leftSectionWidth={48}
      size="lg"
      autoComplete="off"
      autoCapitalize="off"
      autoCorrect="off"
      spellCheck={false}
      maxLength={64}
      data-autofocus
      value={text}
      onChange={(e) => setText(e.currentTarget.value)}
      onKeyDown={(e) => {
        if (e.key !== 'Enter' && e.key !== 'Tab') return;
        const scanned = text.trim();
        if (scanned === '') {
          if (e.key === 'Enter') e.preventDefault();
          return;
        }
        e.preventDefault();
        setText('');
        onScan(scanned);
      }}
    />
  );
}
