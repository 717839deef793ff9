/** What an operation costs in heap memory, beside Netty's own transports. */
package io.github.kqueueffm.testsuite.allocation;
