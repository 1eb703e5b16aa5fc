import { UserError } from '../../shared/errors.ts';
import { UsageError } from '../cli/errors.ts';

/** Replaced at a release that has published an image. */
declare const KUBECTL_ZONE_IMAGE: string | undefined;

const BUILT_IN = typeof KUBECTL_ZONE_IMAGE === 'string' ? KUBECTL_ZONE_IMAGE : undefined;

/** Stands in commands for the image that the user has to name. */
const SOME_IMAGE = 'REGISTRY/kubectl-zone-webhook:TAG';

/**
 * The command that installs this version, as advice.
 *
 * @param running the image that is installed already and will do
 * @param builtIn the image that was published with this build, if one was
 */
export function installCommand(running?: string, builtIn: string | undefined = BUILT_IN): string {
  const image = running ?? (builtIn === undefined ? SOME_IMAGE : undefined);
  return `kubectl zone install${image === undefined ? '' : ` --image ${image}`}`;
}

/**
 * The webhook's image.
 *
 * @param given by `--image`
 * @param builtIn the image that was published with this build, if one was
 * @throws UserError where neither is there, with how to come by one
 */
export function chooseImage(given: string | undefined, builtIn: string | undefined = BUILT_IN): string {
  if (given !== undefined && !/^\S+$/.test(given)) {
    throw new UsageError(
      `--image: ${JSON.stringify(given)} is not an image`,
      'such as registry.example.com/kubectl-zone-webhook:TAG',
    );
  }
  const image = given ?? builtIn;
  if (image !== undefined) return image;
  throw new UserError(
    'no image of the webhook was published with this build, so that it must be told which one to run',
    [
      'build one in a clone of the repository, push it where your nodes find it, and name it with --image:',
      `    podman build -f manifests/webhook/Containerfile -t ${SOME_IMAGE} .`,
      '  or take --without-webhook, which installs the CRDs and their roles only',
    ].join('\n'),
  );
}
