/** What single steps cost, by JMH. */
package io.github.kqueueffm.benchmarks.micro;
