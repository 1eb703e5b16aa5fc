import { UserError } from '../../shared/errors.ts';
import { UsageError } from '../cli/errors.ts';

/** Replaced at a release that has published an image. */
declare const KUBECTL_ZONE_IMAGE: string | undefined;

const BUILT_IN = typeof KUBECTL_ZONE_IMAGE === 'string' ? KUBECTL_ZONE_IMAGE : undefined;

/** Placeholder in commands for an image that the user has to name. */
const SOME_IMAGE = 'REGISTRY/kubectl-zone-webhook:TAG';

/**
 * The command that installs this version, for use in hints.
 *
 * @param running an installed image that is suitable
 * @param builtIn the image that was published with this build, if any
 */
export function installCommand(running?: string, builtIn: string | undefined = BUILT_IN): string {
  const image = running ?? (builtIn === undefined ? SOME_IMAGE : undefined);
  return `kubectl zone install${image === undefined ? '' : ` --image ${image}`}`;
}

/**
 * The webhook's image.
 *
 * @param given by `--image`
 * @param builtIn the image that was published with this build, if any
 * @throws UserError if there is neither, with how to build one
 */
export function chooseImage(given: string | undefined, builtIn: string | undefined = BUILT_IN): string {
  if (given !== undefined && !/^\S+$/.test(given)) {
    throw new UsageError(
      `--image: ${JSON.stringify(given)} is not an image`,
      'for example registry.example.com/kubectl-zone-webhook:TAG',
    );
  }
  const image = given ?? builtIn;
  if (image !== undefined) return image;
  throw new UserError(
    'this build has no published webhook image: set --image',
    [
      'build one in a clone of the repository, push it to a registry that your nodes can pull from, and set --image:',
      '    npm run image          needs no container engine, or',
      `    podman build -f manifests/webhook/Containerfile -t ${SOME_IMAGE} .`,
      '  or use --without-webhook, which only installs the CRDs and their roles',
    ].join('\n'),
  );
}
