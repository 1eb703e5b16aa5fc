/**
 * Where a port of a pod is found on this machine: a loopback port that is open; `closed` where the pod is there and
 * nothing listens, as one that answers with a reset; `gone` where nobody has the address any more, so that packets to
 * it are lost and a caller waits.
 */
export type Route = { kind: 'open'; port: number } | { kind: 'closed'; port: number } | { kind: 'gone' };

/** The network that pods with real servers are in. */
export interface PodNetwork {
  /** Where to connect to now. A `closed` port is one where nothing listens, 0 where nothing ever has. */
  route(podIP: string, port: number): Route;
}

interface Address {
  /** Loopback ports by the pod's own. */
  ports: Map<number, { loopbackPort: number; open: boolean }>;
}

/** The network, as the pods change it. */
export class PodAddresses implements PodNetwork {
  private readonly addresses = new Map<string, Address>();

  route(podIP: string, port: number): Route {
    const address = this.addresses.get(podIP);
    if (!address) return { kind: 'gone' };
    const known = address.ports.get(port);
    if (!known) return { kind: 'closed', port: 0 };
    return { kind: known.open ? 'open' : 'closed', port: known.loopbackPort };
  }

  /** A pod has got this address. */
  join(podIP: string): void {
    if (!this.addresses.has(podIP)) this.addresses.set(podIP, { ports: new Map() });
  }

  open(podIP: string, port: number, loopbackPort: number): void {
    this.addresses.get(podIP)?.ports.set(port, { loopbackPort, open: true });
  }

  close(podIP: string, port: number): void {
    const known = this.addresses.get(podIP)?.ports.get(port);
    if (known) known.open = false;
  }

  /** The pod with this address is gone. */
  leave(podIP: string): void {
    this.addresses.delete(podIP);
  }
}
