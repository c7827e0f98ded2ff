/**
 * Whether an update may touch this host: the catalogue's metadata, checked here again by TUF's client workflow against the root that
 * was pinned when the host joined. Nothing here carries anything out. Metadata and manifests come over the agent's link, of which
 * nothing is believed; what was admitted is kept on disk and given to the driver.
 */
@NullMarked
package dev.evenkeel.agent.trust;

import org.jspecify.annotations.NullMarked;
