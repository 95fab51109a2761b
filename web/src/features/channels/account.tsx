// Parts of the account form, for a new channel and for changing one.
import { Alert, Checkbox, PasswordInput, TextInput } from '@mantine/core';
import { CircleCheck } from 'lucide-react';
import type { Schemas } from '../../api/client';
import { ChannelWords, SeverityIcon } from '../../components/ui';

type FieldError = (pointer: string) => string | undefined;

export const noCredentials: Schemas['Credentials'] = { client_id: '', client_secret: '', refresh_token: '' };

export function CredentialFields({
  value,
  onChange,
  at,
}: {
  value: Schemas['Credentials'];
  onChange: (c: Schemas['Credentials']) => void;
  at: FieldError;
}) {
  return (
    <>
      <TextInput
        label="Client id"
        description="Seller Central, Develop Apps, your application, LWA credentials"
        required
        autoComplete="off"
        value={value.client_id}
        onChange={(e) => onChange({ ...value, client_id: e.currentTarget.value })}
        error={at('/credentials/client_id')}
      />
      <PasswordInput
        label="Client secret"
        required
        autoComplete="new-password"
        value={value.client_secret}
        onChange={(e) => onChange({ ...value, client_secret: e.currentTarget.value })}
        error={at('/credentials/client_secret')}
      />
      <PasswordInput
        label="Refresh token"
        description="Made when you authorise the application for your own account"
        required
        autoComplete="new-password"
        value={value.refresh_token}
        onChange={(e) => onChange({ ...value, refresh_token: e.currentTarget.value })}
        error={at('/credentials/refresh_token')}
      />
    </>
  );
}

export function MarketplaceChecks({
  region,
  kinds,
  value,
  onChange,
  at,
}: {
  region: Schemas['Region'];
  kinds: Schemas['ChannelKind'][];
  value: string[];
  onChange: (ids: string[]) => void;
  at: FieldError;
}) {
  const marketplaces = kinds.flatMap((k) => k.regions).find((r) => r.region === region)?.marketplaces ?? [];
  return (
    <Checkbox.Group
      label="Marketplaces"
      value={value}
      onChange={onChange}
      error={at('/marketplace_ids')}
      required
    >
      <div className="row checks">
        {marketplaces.map((m) => (
          <Checkbox key={m.id} value={m.id} label={m.name} />
        ))}
      </div>
    </Checkbox.Group>
  );
}

export function SandboxFields({
  endpoint,
  token,
  onEndpoint,
  onToken,
  at,
}: {
  endpoint: string;
  token: string;
  onEndpoint: (url: string) => void;
  onToken: (url: string) => void;
  at: FieldError;
}) {
  return (
    <div className="cols2">
      <TextInput
        label="Endpoint URL"
        description="Only for a sandbox or the simulator; empty for Amazon itself"
        type="url"
        placeholder="http://127.0.0.1:9700"
        value={endpoint}
        onChange={(e) => onEndpoint(e.currentTarget.value)}
        error={at('/endpoint_url')}
      />
      <TextInput
        label="Token URL"
        description="The full address of its token endpoint"
        type="url"
        placeholder="http://127.0.0.1:9700/auth/o2/token"
        value={token}
        onChange={(e) => onToken(e.currentTarget.value)}
        error={at('/token_url')}
      />
    </div>
  );
}

export function VerifyOutcome({ result }: { result: Schemas['VerifyResult'] }) {
  return (
    <div className="stack tight" role="status">
      {result.ok && (
        <Alert color="green" icon={<CircleCheck />} title="The account works" c="#0d4d20">
          {result.marketplaces
            .filter((m) => m.participating)
            .map((m) => m.name)
            .join(', ')}
        </Alert>
      )}
      <ul className="findings">
        {result.checks.map((check, i) => (
          <li key={i} className={check.severity}>
            <SeverityIcon severity={check.severity} />
            <div>
              <p>{check.detail}</p>
              {check.action && <p className="action">{check.action}</p>}
              <ChannelWords message={check.channel_message} requestId={check.request_id} />
            </div>
          </li>
        ))}
      </ul>
    </div>
  );
}
