/**
 * Micronaut on the kqueue transport: {@link
 * io.github.kqueueffm.micronaut.KQueueFfmEventLoopGroupFactory}.
 */
@NullMarked
package io.github.kqueueffm.micronaut;

import org.jspecify.annotations.NullMarked;
