/** How the stand-in of a secret begins that cannot be decrypted offline; nothing can be said about what is in it. */
export const undecrypted = "undecrypted-";
