import { storeContract } from '../store-contract.ts';
import { postgresBed } from './bed.ts';

storeContract('postgres', { isSynchronous: false, createBed: postgresBed });
