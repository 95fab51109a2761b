import { NativeSelect, TextInput, type TextInputProps } from '@mantine/core';
import { useState } from 'react';
import type { Schemas } from '../api/client';
import { currencies, lastCurrency, rememberCurrency } from '../lib/currency';
import { moneyText, parseMoney } from '../lib/format';

type Money = Schemas['Money'] | null;

/** An amount and its currency. Reports undefined while the text is not an amount. */
export function MoneyField({
  value,
  onChange,
  error,
  ...props
}: {
  value: Money | undefined;
  onChange: (value: Money | undefined) => void;
  error?: string;
} & Omit<TextInputProps, 'value' | 'onChange' | 'error'>) {
  const [text, setText] = useState(moneyText(value ?? null));
  const [currency, setCurrency] = useState(value?.currency ?? lastCurrency());
  return (
    <TextInput
      {...props}
      inputMode="decimal"
      rightSectionWidth={84}
      rightSection={
        <NativeSelect
          aria-label={`Currency of ${String(props.label)}`}
          variant="unstyled"
          rightSectionWidth={28}
          classNames={{ root: 'money-unit-root', input: 'money-unit' }}
          data={currencies(currency)}
          value={currency}
          disabled={props.disabled}
          onChange={(e) => {
            const unit = e.currentTarget.value;
            setCurrency(unit);
            rememberCurrency(unit);
            onChange(parseMoney(text, unit));
          }}
        />
      }
      value={text}
      onChange={(e) => {
        setText(e.currentTarget.value);
        onChange(parseMoney(e.currentTarget.value, currency));
      }}
      error={value === undefined ? 'Not an amount' : error}
    />
  );
}
