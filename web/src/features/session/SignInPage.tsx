import { Button, PasswordInput, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useLocation, useNavigate } from 'react-router';
import { api, fieldErrors, must, problemOf, setCsrfToken } from '../../api/client';
import { meQuery } from '../../api/queries';
import { Mark } from '../../components/Shell';
import { ProblemAlert } from '../../components/ui';

export function SignInPage() {
  const [email, setEmail] = useState('');
  const [password, setPassword] = useState('');
  const [totp, setTotp] = useState('');
  const client = useQueryClient();
  const navigate = useNavigate();
  const from = (useLocation().state as { from?: string } | null)?.from ?? '/integrations';
  const signIn = useMutation({
    mutationFn: () =>
      must(api.POST('/session', { body: { email: email.trim(), password, ...(totp ? { totp } : {}) } })),
    onSuccess: async (me) => {
      client.clear();
      setCsrfToken(me.csrf_token);
      client.setQueryData(meQuery.queryKey, me);
      await navigate(from, { replace: true });
    },
  });
  const at = fieldErrors(signIn.error);
  const askTotp = signIn.error != null && problemOf(signIn.error).code === 'totp_required';
  return (
    <main className="sign-in">
      <form
        className="card stack"
        onSubmit={(e) => {
          e.preventDefault();
          signIn.mutate();
        }}
      >
        <div className="row">
          <Mark />
          <h1 className="sign-in-title">Stockbridge</h1>
        </div>
        <TextInput
          label="E-mail"
          type="email"
          autoComplete="username"
          required
          withAsterisk={false}
          autoFocus
          value={email}
          onChange={(e) => setEmail(e.currentTarget.value)}
          error={at('/email')}
        />
        <PasswordInput
          label="Password"
          autoComplete="current-password"
          required
          withAsterisk={false}
          value={password}
          onChange={(e) => setPassword(e.currentTarget.value)}
          error={at('/password')}
        />
        {(askTotp || totp !== '') && (
          <TextInput
            label="Code from your authenticator"
            inputMode="numeric"
            autoComplete="one-time-code"
            autoFocus
            maxLength={6}
            value={totp}
            onChange={(e) => setTotp(e.currentTarget.value)}
            error={at('/totp')}
          />
        )}
        <ProblemAlert
          error={askTotp && totp === '' ? null : signIn.error}
          fields={['/email', '/password', '/totp']}
        />
        <Button type="submit" size="md" loading={signIn.isPending}>
          Sign in
        </Button>
      </form>
    </main>
  );
}
