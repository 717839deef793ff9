/** Netty's shared suite on simulated systems. */
package io.github.kqueueffm.testsuite.simulated;
