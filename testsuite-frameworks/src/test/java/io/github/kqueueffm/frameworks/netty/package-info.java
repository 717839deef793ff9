/** The examples for plain Netty, run. */
package io.github.kqueueffm.frameworks.netty;
