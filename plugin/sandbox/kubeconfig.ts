/** A kubeconfig (JSON, which is YAML too) for one cluster, with the authority and the token in it. */
export function kubeconfig(url: string, ca: string, token: string): string {
  const name = 'sandbox';
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [
      { name, cluster: { server: url, 'certificate-authority-data': Buffer.from(ca).toString('base64') } },
    ],
    users: [{ name: 'sandbox-admin', user: { token } }],
    contexts: [{ name, context: { cluster: name, user: 'sandbox-admin', namespace: 'default' } }],
    'current-context': name,
  };
  return `${JSON.stringify(config, null, 2)}\n`;
}
