import { htmlPage } from '../docs/html-page.js'

/** The form with which a browser signs in; with a `goal`, for the operators' page. */
export const signInPage = ({ failed = false, goal }: { failed?: boolean; goal: boolean }) =>
  htmlPage(
    'Sign in to the dashboard',
    `<form class="narrow" method="post" action="/dashboard/sign-in">
<h1>Dashboard</h1>
<p class="soft">For API clients bound to every tenant, with the scope <code>jobs:manage</code> or <code>admin</code>.</p>
${failed ? '<p role="alert"><strong>That did not work.</strong> Check id, secret, scope and tenants of the client.</p>' : ''}
${goal ? '<input type="hidden" name="goal" value="operations"><script src="/dashboard/sign-in.js" defer></script>' : ''}
<label for="client_id">Client id</label>
<input id="client_id" name="client_id" autocomplete="username" required autofocus>
<label for="client_secret">Client secret</label>
<input id="client_secret" name="client_secret" type="password" autocomplete="current-password" required>
<button>Sign in</button>
</form>`,
  )
