"""Speech engines that compute on this machine: hear, say, and know when somebody has finished speaking."""
