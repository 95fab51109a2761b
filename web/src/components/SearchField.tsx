import { TextInput } from '@mantine/core';
import { useDebouncedCallback } from '@mantine/hooks';
import { Search } from 'lucide-react';
import { useState } from 'react';

const typingMs = 250;

/** A search field that reports once the typing pauses, and at once on Enter (a scanner ends with it). */
export function SearchField({
  label,
  placeholder,
  value,
  onChange,
}: {
  label: string;
  placeholder: string;
  value: string;
  onChange: (q: string) => void;
}) {
  const [text, setText] = useState(value);
  const later = useDebouncedCallback(onChange, typingMs);
  return (
    <TextInput
      className="search"
      aria-label={label}
      placeholder={placeholder}
      maxLength={200}
      leftSection={<Search size={17} aria-hidden="true" />}
      value={text}
      onChange={(e) => {
        setText(e.currentTarget.value);
        later(e.currentTarget.value.trim());
      }}
      onKeyDown={(e) => {
        if (e.key === 'Enter') onChange(text.trim());
      }}
    />
  );
}
