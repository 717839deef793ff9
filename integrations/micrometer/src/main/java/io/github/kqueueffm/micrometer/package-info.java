/**
 * The counters of the kqueue transport's event loops as meters of Micrometer: {@link
 * io.github.kqueueffm.micrometer.KQueueFfmMetrics}.
 */
@NullMarked
package io.github.kqueueffm.micrometer;

import org.jspecify.annotations.NullMarked;
