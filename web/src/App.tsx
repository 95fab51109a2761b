import { Suspense, type ReactNode } from 'react';
import { useQuery } from '@tanstack/react-query';
import { Navigate, Route, Routes, useLocation } from 'react-router';
import { problemOf } from './api/client';
import { meQuery } from './api/queries';
import { Caught } from './components/Caught';
import { Shell } from './components/Shell';
import { Empty, Loading, ProblemAlert } from './components/ui';
import { CatalogPage } from './features/catalog/CatalogPage';
import { ChannelPage } from './features/channels/ChannelPage';
import { IntegrationsPage } from './features/channels/IntegrationsPage';
import { NewChannelPage } from './features/channels/NewChannelPage';
import { InventoryPage } from './features/inventory/InventoryPage';
import { NewOrderPage } from './features/orders/NewOrderPage';
import { OrderPage } from './features/orders/OrderPage';
import { OrdersPage } from './features/orders/OrdersPage';
import { SettingsPage } from './features/settings/SettingsPage';
import { MustDoPage } from './features/session/MustDoPage';
import { SignInPage } from './features/session/SignInPage';

function SignedIn({ children }: { children: ReactNode }) {
  const me = useQuery(meQuery);
  const location = useLocation();
  if (me.data?.must_do) return <MustDoPage what={me.data.must_do} />;
  if (me.data) return children;
  if (me.error) {
    if (problemOf(me.error).status === 401) {
      return <Navigate to="/sign-in" replace state={{ from: location.pathname + location.search }} />;
    }
    return <ProblemAlert error={me.error} />;
  }
  return <Loading />;
}

export function App() {
  const { pathname } = useLocation();
  return (
    <Caught place={pathname}>
      <Suspense fallback={<Loading />}>
        <Routes>
          <Route path="/sign-in" element={<SignInPage />} />
          <Route
            element={
              <SignedIn>
                <Shell />
              </SignedIn>
            }
          >
            <Route index element={<Navigate to="/integrations" replace />} />
            <Route path="/integrations" element={<IntegrationsPage />} />
            <Route path="/integrations/new" element={<NewChannelPage />} />
            <Route path="/integrations/:id" element={<Navigate to="details" replace />} />
            <Route path="/integrations/:id/:tab" element={<ChannelPage />} />
            <Route path="/catalog" element={<CatalogPage />} />
            <Route path="/inventory" element={<InventoryPage />} />
            <Route path="/orders" element={<OrdersPage />} />
            <Route path="/orders/new" element={<NewOrderPage />} />
            <Route path="/orders/:id" element={<OrderPage />} />
            <Route path="/settings" element={<Navigate to="account" replace />} />
            <Route path="/settings/:section" element={<SettingsPage />} />
            <Route path="*" element={<Empty title="There is no such page">Choose one on the left.</Empty>} />
          </Route>
        </Routes>
      </Suspense>
    </Caught>
  );
}
