/**
 * The counters of the kqueue transport's event loops as meters of Micrometer: {@link
 * io.github.kqueueffm.micrometer.KQueueFfmMetrics}.
 */
package io.github.kqueueffm.micrometer;
