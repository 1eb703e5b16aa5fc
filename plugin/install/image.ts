import { UsageError, UserError } from '../errors.ts';

/** Replaced at a release that has published an image. */
declare const KUBECTL_ZONE_IMAGE: string | undefined;

const BUILT_IN = typeof KUBECTL_ZONE_IMAGE === 'string' ? KUBECTL_ZONE_IMAGE : undefined;

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
      'build one from the repository, push it where your nodes find it, and name it with --image:',
      '    podman build -f manifests/webhook/Containerfile -t REGISTRY/kubectl-zone-webhook:TAG .',
      '  or take --without-webhook, which installs the CRDs and their roles only',
    ].join('\n'),
  );
}
