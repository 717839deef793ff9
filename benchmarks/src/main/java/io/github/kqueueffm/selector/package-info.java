/** JMH benchmarks of what no other package sees. */
package io.github.kqueueffm.selector;
