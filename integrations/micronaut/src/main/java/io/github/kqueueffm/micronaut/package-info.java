/**
 * Micronaut on the kqueue transport: {@link
 * io.github.kqueueffm.micronaut.KQueueFfmEventLoopGroupFactory}.
 */
package io.github.kqueueffm.micronaut;
