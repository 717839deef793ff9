/** The part of the simulation that has to be in the package of the kernels. */
package io.github.kqueueffm.syscall;
