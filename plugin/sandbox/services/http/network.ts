/**
 * The state of a pod's port on this machine: an open loopback port; `closed` if the pod exists and nothing listens,
 * which results in a reset; `gone` if the address is unused, so that packets to it are lost and a client waits.
 */
export type Route = { kind: 'open'; port: number } | { kind: 'closed'; port: number } | { kind: 'gone' };

/** The network of pods with real servers. */
export interface PodNetwork {
  /** Where to connect now. A `closed` port is one on which nothing listens, 0 if nothing ever has. */
  route(podIP: string, port: number): Route;
}

interface Address {
  /** Loopback ports by pod port. */
  ports: Map<number, { loopbackPort: number; open: boolean }>;
}

/** The network, updated as pods change. */
export class PodAddresses implements PodNetwork {
  private readonly addresses = new Map<string, Address>();

  route(podIP: string, port: number): Route {
    const address = this.addresses.get(podIP);
    if (!address) return { kind: 'gone' };
    const known = address.ports.get(port);
    if (!known) return { kind: 'closed', port: 0 };
    return { kind: known.open ? 'open' : 'closed', port: known.loopbackPort };
  }

  /** A pod was assigned this address. */
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
