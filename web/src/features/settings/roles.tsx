import { Select } from '@mantine/core';
import type { Schemas } from '../../api/client';

type Role = Schemas['Role'];

const roles: { value: Role; label: string; can: string }[] = [
  { value: 'admin', label: 'Admin', can: 'Everything' },
  { value: 'manager', label: 'Manager', can: 'Everything but keys, people and account settings' },
  { value: 'warehouse', label: 'Warehouse', can: 'Receives items, commits them to orders' },
  { value: 'viewer', label: 'Viewer', can: 'Reads, changes nothing' },
];

export function RoleSelect({
  value,
  onChange,
  error,
  disabled,
}: {
  value: Role;
  onChange: (role: Role) => void;
  error?: string;
  disabled?: boolean;
}) {
  return (
    <Select
      label="Role"
      description={roles.find((r) => r.value === value)?.can}
      data={roles}
      value={value}
      onChange={(role) => onChange(role as Role)}
      error={error}
      disabled={disabled}
    />
  );
}

/** A secret that is shown this once. */
export function Secret({ what, secret }: { what: string; secret: string }) {
  return (
    <div className="stack tight" role="status">
      <p className="hint">{what} It is shown this once; keep it in a safe place.</p>
      <code className="secret">{secret}</code>
    </div>
  );
}
